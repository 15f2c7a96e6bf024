-- Counters in the text format of Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/).
-- A worker counts in plain tables and adds them to the shared dictionary each second and when it is asked.
local load = require "load"
local peers = require "peers"

local shared = ngx.shared.counters
-- Upper ends of the time to first byte, s.
local ENDS = { 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30 }
local counts, buckets = {}, {}
local totals = { sum = 0, count = 0 }

local M = {}

local function add(name)
    counts[name] = (counts[name] or 0) + 1
end

-- Names of counters by their labels, joined once.
local function family(pattern)
    return setmetatable({}, { __index = function(self, label)
        local name = pattern:format(label)
        self[label] = name
        return name
    end })
end

local requests = setmetatable({}, { __index = function(self, route)
    local found = family('gateway_requests_total{route="' .. route .. '",status="%s"}')
    self[route] = found
    return found
end })
local limited = family('gateway_rate_limited_total{limit="%s"}')
local sheds = family('gateway_shed_total{priority="%s"}')
local cache = family('gateway_cache_total{result="%s"}')
local shared_cache = family('gateway_shared_cache_total{result="%s"}')

function M.first_byte(seconds)
    local i = 1
    while ENDS[i] and seconds > ENDS[i] do
        i = i + 1
    end
    buckets[i] = (buckets[i] or 0) + 1
    totals.sum, totals.count = totals.sum + seconds, totals.count + 1
end

function M.finished(route, status) add(requests[route][status]) end

function M.limited(whose) add(limited[whose]) end
function M.shed(priority) add(sheds[priority]) end
function M.cached(result) add(cache[result or "NONE"]) end
function M.shared(result) add(shared_cache[result]) end
function M.retried() add("gateway_retries_total") end
function M.budget_spent() add("gateway_retries_refused_total") end
function M.broken() add("gateway_broken_streams_total") end
function M.hopped() add("gateway_backup_total") end

-- Adds what this worker counted to what all counted.
function M.flush()
    for name, value in pairs(counts) do
        shared:incr(name, value, 0)
        counts[name] = nil
    end
    for i, value in pairs(buckets) do
        shared:incr("bucket:" .. i, value, 0)
        buckets[i] = nil
    end
    shared:incr("sum", totals.sum, 0)
    shared:incr("count", totals.count, 0)
    totals.sum, totals.count = 0, 0
end

local function histogram(lines)
    local below = 0
    for i, upper in ipairs(ENDS) do
        below = below + (shared:get("bucket:" .. i) or 0)
        lines[#lines + 1] = ('gateway_first_byte_seconds_bucket{le="%s"} %d'):format(upper, below)
    end
    local count = shared:get("count") or 0
    lines[#lines + 1] = ('gateway_first_byte_seconds_bucket{le="+Inf"} %d'):format(count)
    lines[#lines + 1] = ("gateway_first_byte_seconds_sum %.6f"):format(shared:get("sum") or 0)
    lines[#lines + 1] = ("gateway_first_byte_seconds_count %d"):format(count)
end

local function breaker_state(peer)
    return peer.halted and 1 or peer.half_open and 0.5 or 0
end

local GAUGES = {
    { "gateway_upstream_in_flight", load.of },
    { "gateway_upstream_weight", function(peer) return peer.effective end },
    { "gateway_upstream_breaker_open", breaker_state },
    { "gateway_upstream_silent", function(peer) return peer.silent and 1 or 0 end },
}

local function gauges(lines)
    for _, gauge in ipairs(GAUGES) do
        lines[#lines + 1] = "# TYPE " .. gauge[1] .. " gauge"
        for _, peer in ipairs(peers.list) do
            local label = ('{upstream="%s",address="%s:%d"}'):format(peer.id, peer.address, peer.port)
            lines[#lines + 1] = gauge[1] .. label .. " " .. gauge[2](peer)
        end
    end
    lines[#lines + 1] = "# TYPE gateway_in_flight gauge"
    lines[#lines + 1] = "gateway_in_flight " .. load.total()
    lines[#lines + 1] = "# TYPE gateway_capacity gauge"
    lines[#lines + 1] = "gateway_capacity " .. peers.limits.high
end

local function counters(lines)
    local names = shared:get_keys(0)
    table.sort(names)
    local last
    for _, name in ipairs(names) do
        local metric = name:match("^gateway_[%w_]+")
        if metric then
            if metric ~= last then
                lines[#lines + 1] = "# TYPE " .. metric .. " counter"
                last = metric
            end
            lines[#lines + 1] = name .. " " .. shared:get(name)
        end
    end
end

function M.answer()
    M.flush()
    peers.refresh()
    local lines = {}
    counters(lines)
    lines[#lines + 1] = "# TYPE gateway_first_byte_seconds histogram"
    histogram(lines)
    gauges(lines)
    ngx.print(table.concat(lines, "\n"), "\n")
end

return M
