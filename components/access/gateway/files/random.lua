-- Hexadecimal noise for ids, from a table of all 16-bit words: no system call and no formatting for each request.
local ffi = require "ffi"

ffi.cdef [[ int RAND_bytes(unsigned char *buf, int num); ]]

local random = math.random
local WORDS = {}
for word = 0, 65535 do
    WORDS[word] = string.format("%04x", word)
end

local M = {}

-- Each worker is a copy of one process, so each needs a seed of its own.
function M.seed()
    local bytes = ffi.new("uint32_t[1]")
    if ffi.C.RAND_bytes(ffi.cast("unsigned char *", bytes), 4) ~= 1 then
        error("OpenSSL gives no random bytes")
    end
    math.randomseed(tonumber(bytes[0]))
end

local function word()
    return WORDS[random(0, 65535)]
end

function M.hex16()
    return word() .. word() .. word() .. word()
end

function M.hex32()
    return word() .. word() .. word() .. word() .. word() .. word() .. word() .. word()
end

return M
