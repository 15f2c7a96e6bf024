-- Token buckets as the generic cell rate algorithm: one number for each key, the time at which its bucket is full
-- again. It moves by an atomic `incr`, so workers agree without a lock of their own.
-- limit_req can not say what remains, and clients are owed that (RateLimit-* headers).
local settings = require "settings"
local peers = require "peers"

local shared, now, floor = ngx.shared, ngx.now, math.floor
-- Sums of floating-point intervals are off by less than this, s.
local SLACK = 1e-6

local M = {}

local function bucket(dictionary, limit)
    return { dictionary = dictionary, limit = limit, gateways = 0 }
end

local clients = bucket(shared.clients, settings.client)
local tenants = bucket(shared.tenants, settings.tenant)

-- A site's limit is shared evenly by its gateways; each has room for one request at least.
local function share(self)
    local gateways = peers.gateways
    if self.gateways ~= gateways then
        self.gateways = gateways
        self.interval = gateways / self.limit.requests_per_second
        self.burst = math.max(1, floor(self.limit.burst / gateways))
        self.window = self.burst * self.interval
    end
end

-- Takes one token. Returns how far ahead of now the key's time is, s, or nil and the wait for a token, s.
local function take(self, key, time)
    local interval = self.interval
    local full = self.dictionary:incr(key, interval, time)
    if not full then
        return 0 -- no room for a number: serving is better than refusing all
    end
    if full - interval < time then
        full = time + interval
        self.dictionary:set(key, full)
    end
    local ahead = full - time
    if ahead > self.window + SLACK then
        self.dictionary:incr(key, -interval)
        return nil, ahead - self.window
    end
    return ahead
end

local function remaining(self, ahead)
    return floor((self.window - ahead + SLACK) / self.interval)
end

local function note(context, self, left, reset)
    context.limit, context.remaining, context.reset = self.burst, left, reset
end

-- Takes a token of the client and one of its tenant. Returns nil, or the seconds to wait when there is none.
-- The context keeps the scarcer of the two for the answer's headers.
function M.take(context, client, tenant)
    share(clients)
    share(tenants)
    local time = now()
    local ahead, wait = take(clients, client, time)
    if not ahead then
        note(context, clients, 0, wait)
        return wait, "client"
    end
    local own = remaining(clients, ahead)
    local whole
    whole, wait = take(tenants, tenant, time)
    if not whole then
        clients.dictionary:incr(client, -clients.interval)
        note(context, tenants, 0, wait)
        return wait, "tenant"
    end
    local others = remaining(tenants, whole)
    if own <= others then
        note(context, clients, own, ahead)
    else
        note(context, tenants, others, whole)
    end
end

return M
