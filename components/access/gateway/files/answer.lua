-- Answers that the gateway gives itself, in the shape of the OpenAI API or of gRPC, so that clients understand them.
local KINDS = {
    [400] = { "bad_request", "The request could not be read." },
    [401] = { "no_api_key", "Send your API key as 'Authorization: Bearer <key>'." },
    [403] = { "forbidden", "Requests come through the public address of this API." },
    [404] = { "not_found", "There is no such route." },
    [405] = { "method_not_allowed", "This route does not take this method." },
    [408] = { "request_timeout", "The request took too long to arrive." },
    [413] = { "body_too_large", "The request body is too large." },
    [414] = { "uri_too_long", "The address is too long." },
    [429] = { "rate_limited", "The limit is reached; wait as long as Retry-After says." },
    [431] = { "headers_too_large", "The request headers are too large." },
    [502] = { "no_answer", "No model server could answer; try again." },
    [503] = { "overloaded", "There is no room for this request now; wait as long as Retry-After says." },
    [504] = { "timeout", "No model server answered in time; try again." },
}
-- https://grpc.io/docs/guides/status-codes/
local GRPC = { [401] = 16, [403] = 7, [404] = 12, [413] = 8, [429] = 8 }
local UNAVAILABLE = 14

local M = {}

local function known(status)
    return KINDS[status] and status or 400
end

-- Ends the request; `wait` in seconds becomes Retry-After, rounded up.
function M.refuse(status, wait)
    status = known(status)
    local kind = KINDS[status]
    ngx.status = status
    ngx.header["Content-Type"] = "application/json"
    if wait then
        ngx.header["Retry-After"] = math.max(1, math.ceil(wait))
    end
    ngx.print('{"error":{"type":"', kind[1], '","code":', status, ',"message":"', kind[2], '"}}\n')
    return ngx.exit(ngx.HTTP_OK)
end

-- The same for gRPC: HTTP says 200, the status is a header of an answer without messages. Without a length of 0 the
-- stream would end with an empty message frame, which clients take for a fault of the protocol.
function M.refuse_grpc(status, wait)
    ngx.status = 200
    ngx.header["Content-Type"] = "application/grpc"
    ngx.header["Content-Length"] = 0
    ngx.header["grpc-status"] = GRPC[status] or UNAVAILABLE
    ngx.header["grpc-message"] = KINDS[known(status)][2]
    if wait then
        ngx.header["Retry-After"] = math.max(1, math.ceil(wait))
    end
    ngx.send_headers()
    return ngx.exit(ngx.HTTP_OK)
end

return M
