-- SHA-256 and comparison in constant time, by the OpenSSL that Nginx is linked with.
local ffi = require "ffi"

ffi.cdef [[
unsigned char *SHA256(const unsigned char *d, size_t n, unsigned char *md);
int CRYPTO_memcmp(const void *a, const void *b, size_t len);
]]

local C = ffi.C
local HEX = {}
for value = 0, 255 do
    HEX[value] = string.format("%02x", value)
end
local digest = ffi.new("unsigned char[32]")
local parts = {}

local M = {}

-- The first `bytes` of the digest as hexadecimal.
function M.hex(text, bytes)
    C.SHA256(text, #text, digest)
    for i = 1, bytes do
        parts[i] = HEX[digest[i - 1]]
    end
    return table.concat(parts, "", 1, bytes)
end

function M.equal(one, other)
    return #one == #other and C.CRYPTO_memcmp(one, other, #one) == 0
end

return M
