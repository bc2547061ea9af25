#include "kernels.h"

/* Value i is bits [i * bits, (i + 1) * bits) of the stream, two's complement; at most 16 bits. */
#define NN_DEFINE_UNPACK(NAME, VALUE)                                                                                \
    void NAME(const uint8_t *packed, int32_t bits, int32_t n, void *out) {                                           \
        VALUE *values = out;                                                                                         \
        const uint32_t mask = ((uint32_t)1 << bits) - 1;                                                             \
        const int32_t sign = (int32_t)1 << (bits - 1);                                                               \
        uint32_t window = 0;                                                                                         \
        int32_t held = 0;                                                                                            \
        for (int32_t i = 0; i < n; i++) {                                                                            \
            while (held < bits) {                                                                                    \
                window |= (uint32_t)*packed++ << held;                                                               \
                held += 8;                                                                                           \
            }                                                                                                        \
            values[i] = (VALUE)(((int32_t)(window & mask) ^ sign) - sign);                                           \
            window >>= bits;                                                                                         \
            held -= bits;                                                                                            \
        }                                                                                                            \
    }

NN_DEFINE_UNPACK(nn_unpack_int8, int8_t)
NN_DEFINE_UNPACK(nn_unpack_int16, int16_t)
