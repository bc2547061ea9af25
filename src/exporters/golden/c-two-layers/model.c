#include "model.h"

#include "kernels.h"
#include "weights.h"

#include <string.h>

/* Every feature map, placed so that those in use at the same time do not overlap. */
static _Alignas(8) uint8_t arena[255];
/* One output channel of packed weights, unpacked. */
static int8_t scratch_int8[9];

/* layer 0 */
static const nn_conv2d_call call_0 = {
    .x = {arena, NN_UINT8, 118},
    .in = {6, 7, 3},
    .y = {arena + 126, NN_INT8, 104, -128, 127},
    .out = {10, 3, 2},
    .weights = {tiny_weights_call_0, 5, 1, 4, nn_unpack_int8, scratch_int8, NULL},
    .bias = tiny_bias_call_0,
    .dot = nn_dot_uint8_int8_32,
    .rescale = {tiny_multiplier_call_0, tiny_shift_call_0, 1, 0, 1},
    .kernel_height = 1,
    .kernel_width = 3,
    .stride_height = 1,
    .stride_width = 1,
    .dilation_height = 1,
    .dilation_width = 2,
    .pad_top = 2,
    .pad_left = 0,
    .groups = 1,
};

/* layer 1 */
static const nn_dense_call call_1 = {
    .x = {arena + 186, NN_UINT8, 27},
    .y = {arena + 231, NN_INT8, 71, 71, 127},
    .weights = {tiny_weights_call_1, 15, 1, 8, NULL, NULL, NULL},
    .bias = tiny_bias_call_1,
    .dot = nn_dot_uint8_int8_32,
    .rescale = {tiny_multiplier_call_1, tiny_shift_call_1, 1, 1, 1},
    .rows = 3,
    .in_channels = 15,
    .out_channels = 8,
};

int tiny_run(
    const uint8_t *input_value_0,
    const uint8_t *input_value_2,
    int8_t *output_value_1,
    int8_t *output_value_3) {
    if (!input_value_0) return -1;
    if (!input_value_2) return -1;
    if (!output_value_1) return -1;
    if (!output_value_3) return -1;
    memcpy(arena, input_value_0, 126);
    memcpy(arena + 186, input_value_2, 45);
    nn_conv2d(&call_0);
    nn_dense(&call_1);
    memcpy(output_value_1, arena + 126, 60);
    memcpy(output_value_3, arena + 231, 24);
    return 0;
}
