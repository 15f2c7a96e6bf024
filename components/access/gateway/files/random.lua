-- Hexadecimal noise for ids, written into one buffer: no system call and no formatting for each request, and no large
-- table of strings that the garbage collector would walk through.
local bit = require "bit"
local ffi = require "ffi"

ffi.cdef [[ int RAND_bytes(unsigned char *buf, int num); ]]

local random, band, rshift, text = math.random, bit.band, bit.rshift, ffi.string
local PAIRS = ffi.new("uint16_t[256]")
for value = 0, 255 do
    ffi.copy(PAIRS + value, string.format("%02x", value), 2)
end
local buffer = ffi.new("uint16_t[16]")

local M = {}

-- Each worker is a copy of one process, so each needs a seed of its own.
function M.seed()
    local bytes = ffi.new("uint32_t[1]")
    if ffi.C.RAND_bytes(ffi.cast("unsigned char *", bytes), 4) ~= 1 then
        error("OpenSSL gives no random bytes")
    end
    math.randomseed(tonumber(bytes[0]))
end

-- Four bytes as eight digits, `place` in pairs of digits. Written out: a loop would end the compiled trace.
local function put(place)
    local word = random(0, 4294967295)
    buffer[place] = PAIRS[band(word, 255)]
    buffer[place + 1] = PAIRS[band(rshift(word, 8), 255)]
    buffer[place + 2] = PAIRS[band(rshift(word, 16), 255)]
    buffer[place + 3] = PAIRS[band(rshift(word, 24), 255)]
end

function M.hex16()
    put(0)
    put(4)
    return text(buffer, 16)
end

function M.hex32()
    put(0)
    put(4)
    put(8)
    put(12)
    return text(buffer, 32)
end

return M
