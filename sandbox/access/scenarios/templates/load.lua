-- Many clients and tenants, so that no limit is met; a wait makes half of the load.
local count, wait = 0, $wait
local body = '{"model":"stand-in","messages":[{"role":"user","content":"hello"}],$body}'
function delay() return wait end
function request()
    count = count + 1
    return wrk.format("POST", "/v1/chat/completions", {
        ["content-type"] = "application/json", accept = "$accept", ["x-origin-verify"] = "$token",
        ["cloudfront-viewer-address"] = "198.18." .. (math.floor(count / 250) % 250) .. "." .. (count % 250 + 1) .. ":1",
        ["authorization"] = "Bearer key-of-" .. (count % 1000),
    }, body)
end
