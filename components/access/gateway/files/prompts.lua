-- Which prompts come often, for the job that asks for them ahead of clients: a request for an answer that may be kept
-- is counted by one `incr`; the body of one that comes again is held, so that it can be asked for anew.
-- Both dictionaries are bounded: what was used least recently makes room. A prompt's name is its cache key without
-- the epoch, so it has the tenant in it. Bodies leave by `answer` alone, on a listener that only the job reaches.
local bit = require "bit"
local cjson = require "cjson.safe"
local route = require "route"
local settings = require "settings"

local counts, bodies = ngx.shared.prompt_counts, ngx.shared.prompt_bodies
local band, match = bit.band, string.match
-- A count begins anew after this, s: what is frequent is so within a day.
local WINDOW_SECONDS = 86400
-- Requests for a prompt, from which on it is held.
local FREQUENT = 2
-- Longer ones are few and rarely the same, bytes.
local LONGEST = 65536
local MOST, KEPT = 1000, settings.cache.fresh_seconds + settings.cache.stale_seconds

local M = {}

-- Held at 2, 4, 8, … requests, so that a body that had to make room comes back.
function M.asked(request, body)
    local prompt = request.prompt
    local count = counts:incr(prompt, 1, 0, WINDOW_SECONDS)
    if count and count >= FREQUENT and band(count, count - 1) == 0 and body and #body <= LONGEST then
        bodies:set(prompt, body, WINDOW_SECONDS)
    end
end

-- Whether a model server leaves its answer to the cache. What it marks as private may be made for one person: its
-- prompt is let go of.
function M.may_keep(var)
    return not (var.upstream_http_cache_control or var.upstream_http_set_cookie or var.upstream_http_expires
        or var.upstream_http_x_accel_expires or var.gateway_unfit == "1")
end

-- Notes that an answer has gone into the cache. One out of the shared cache may stay for a shorter time than a new one.
function M.answered(key)
    local var = ngx.var
    local left = settings.cache.shared and var.upstream_http_x_shared_cache and var.upstream_http_x_accel_expires
    if left then
        counts:set("kept " .. key, ngx.now() + left - settings.cache.fresh_seconds, KEPT)
    elseif M.may_keep(var) then
        counts:set("kept " .. key, ngx.now(), KEPT)
    else
        bodies:delete(route.prompt_of(key))
    end
end

-- Seconds for which the answer of a prompt is fresh; negative when stale, nil when there is none.
local function fresh(prompt, hash)
    local key, left = route.epoch(prompt, hash)
    local since = counts:get("kept " .. key)
    return since and math.min(since + settings.cache.fresh_seconds - ngx.now(), left)
end

local function described(prompt, count)
    local tenant, host, path, hash = match(prompt, "^(%x+)|(.*)|([^|]+)|(%x+)$")
    local body = bodies:get(prompt)
    return body and {
        tenant = tenant, host = host, path = path, digest = hash, count = count,
        fresh_seconds = fresh(prompt, hash), body = ngx.encode_base64(body),
    }
end

local function most_frequent()
    local found = {}
    for _, prompt in ipairs(bodies:get_keys(0)) do
        found[#found + 1] = { prompt = prompt, count = counts:get(prompt) or 0 }
    end
    table.sort(found, function(one, other) return one.count > other.count end)
    return found
end

-- One JSON object a line, the most frequent first; `top` says how many.
function M.answer()
    local top = math.min(tonumber(ngx.var.arg_top) or MOST, MOST)
    for i, each in ipairs(most_frequent()) do
        if i > top then
            return
        end
        local line = described(each.prompt, each.count)
        if line then
            ngx.print(cjson.encode(line), "\n")
        end
    end
end

return M
