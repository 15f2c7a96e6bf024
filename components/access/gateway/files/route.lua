-- What kind of request it is: a stream, an answer that may be kept, or neither.
-- Only few bodies are decoded: plain searches rule most out first, and what is in doubt is not kept.
local cjson = require "cjson.safe"
local digest = require "digest"
local settings = require "settings"

local find, match, floor = string.find, string.match, math.floor
local COMPLETIONS = { ["/v1/completions"] = true, ["/v1/chat/completions"] = true }
local EMBEDDINGS, MODELS = "/v1/embeddings", "/v1/models"
-- Longest age of a kept answer, s: the key changes then, at a time of its own for each answer.
local KEPT = settings.cache.fresh_seconds + settings.cache.stale_seconds
-- Beside a shared cache a new revision of the model finds nothing old here either.
local MARK = "|" .. (settings.cache.shared and settings.cache.shared.revision .. "@" or "")

local M = {}

-- An escaped quote breaks these words up, so they are only found as keys or whole values, never within a prompt.
-- Where a key is written comes first: a pattern that is tried at each byte of a long prompt costs more than all the rest.
local function has(body, key, pattern)
    local place = find(body, key, 1, true)
    while place do
        if find(body, pattern, place + #key) then
            return true
        end
        place = find(body, key, place + #key, true)
    end
    return false
end

local function is_stream(body)
    return has(body, '"stream"', "^%s*:%s*true")
end

local function promising(body, completion)
    if has(body, '"user"', "^%s*:") or find(body, "\\u00", 1, true) then
        return false -- a name may be written in escapes
    end
    return not completion or has(body, '"temperature"', "^%s*:%s*0")
end

local function repeatable(body, completion)
    if not promising(body, completion) then
        return false
    end
    local found = cjson.decode(body)
    if type(found) ~= "table" or found.user ~= nil then
        return false
    end
    local stream = found.stream
    if stream ~= nil and stream ~= false then
        return false
    end
    return not completion or found.temperature == 0
end

local function personal(var)
    if var.http_x_personalised then
        return true
    end
    local control = var.http_cache_control
    return control ~= nil and find(control:lower(), "no%-[sc]") ~= nil
end

-- The cache key of a prompt now, and for how long it is that, s. Each hash has an offset of its own.
function M.epoch(prompt, hash)
    local time = ngx.time() + tonumber(hash:sub(1, 7), 16)
    return prompt .. MARK .. floor(time / KEPT), KEPT - time % KEPT
end

function M.prompt_of(key)
    return match(key, "^(.*)|[^|]+$")
end

function M.prompt(tenant, host, path, hash)
    return tenant .. "|" .. host .. "|" .. path .. "|" .. hash
end

local function keep(var, request, path, body)
    if not personal(var) then
        local hash = digest.hex(body, 32)
        request.route = "cached"
        request.prompt = M.prompt(request.tenant, var.host, path, hash)
        request.key = M.epoch(request.prompt, hash)
    end
end

-- Sets the request's `route` and, for an answer that may be kept, `prompt` and `key`. Returns the body, if it was read.
function M.decide(request, var)
    local path, method = var.uri, ngx.req.get_method()
    request.route = "answer"
    if method == "GET" then
        if path == MODELS and not var.args then
            keep(var, request, path, "")
        end
        return nil
    end
    ngx.req.read_body()
    local body = ngx.req.get_body_data()
    if not body or method ~= "POST" then
        return nil
    end
    if is_stream(body) then
        request.route = "stream"
        return body
    end
    local completion = COMPLETIONS[path]
    if (completion or path == EMBEDDINGS) and not var.args and repeatable(body, completion) then
        keep(var, request, path, body)
    end
    return body
end

return M
