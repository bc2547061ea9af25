#include "kernels.h"

#include <string.h>

/* Differences of 8-bit codes fit 16 bits; saying so (type D) lets compilers use 16-bit multiply-accumulate. */
#define NN_DEFINE_DOT(NAME, X, W, D, SUM)                                                                            \
    int64_t NAME(const void *x, ptrdiff_t step, const void *w, int32_t n, int32_t x_zero, int32_t w_zero) {          \
        const unsigned char *codes = x;                                                                              \
        const W *weights = w;                                                                                        \
        SUM sum = 0;                                                                                                 \
        if (step == 1 && w_zero == 0) {                                                                              \
            for (int32_t i = 0; i < n; i++) {                                                                        \
                X code;                                                                                              \
                memcpy(&code, codes + (size_t)i * sizeof code, sizeof code);                                         \
                sum += (SUM)(D)(code - x_zero) * weights[i];                                                         \
            }                                                                                                        \
            return sum;                                                                                              \
        }                                                                                                            \
        for (int32_t i = 0; i < n; i++) {                                                                            \
            X code;                                                                                                  \
            memcpy(&code, codes + i * step * (ptrdiff_t)sizeof code, sizeof code);                                   \
            sum += (SUM)(code - x_zero) * (weights[i] - w_zero);                                                     \
        }                                                                                                            \
        return sum;                                                                                                  \
    }

NN_DEFINE_DOT(nn_dot_int8_int8_32, int8_t, int8_t, int16_t, int32_t)
NN_DEFINE_DOT(nn_dot_uint8_int8_32, uint8_t, int8_t, int16_t, int32_t)
NN_DEFINE_DOT(nn_dot_int16_int8_32, int16_t, int8_t, int32_t, int32_t)
NN_DEFINE_DOT(nn_dot_uint16_int8_32, uint16_t, int8_t, int32_t, int32_t)
NN_DEFINE_DOT(nn_dot_int8_int16_32, int8_t, int16_t, int16_t, int32_t)
NN_DEFINE_DOT(nn_dot_uint8_int16_32, uint8_t, int16_t, int16_t, int32_t)
NN_DEFINE_DOT(nn_dot_int16_int16_32, int16_t, int16_t, int32_t, int32_t)
NN_DEFINE_DOT(nn_dot_uint16_int16_32, uint16_t, int16_t, int32_t, int32_t)
NN_DEFINE_DOT(nn_dot_int8_int8_64, int8_t, int8_t, int16_t, int64_t)
NN_DEFINE_DOT(nn_dot_uint8_int8_64, uint8_t, int8_t, int16_t, int64_t)
NN_DEFINE_DOT(nn_dot_int16_int8_64, int16_t, int8_t, int32_t, int64_t)
NN_DEFINE_DOT(nn_dot_uint16_int8_64, uint16_t, int8_t, int32_t, int64_t)
NN_DEFINE_DOT(nn_dot_int8_int16_64, int8_t, int16_t, int16_t, int64_t)
NN_DEFINE_DOT(nn_dot_uint8_int16_64, uint8_t, int16_t, int16_t, int64_t)
NN_DEFINE_DOT(nn_dot_int16_int16_64, int16_t, int16_t, int32_t, int64_t)
NN_DEFINE_DOT(nn_dot_uint16_int16_64, uint16_t, int16_t, int32_t, int64_t)
