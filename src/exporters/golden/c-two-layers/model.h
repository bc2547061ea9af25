#ifndef TINY_MODEL_H
#define TINY_MODEL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of static memory for all feature maps. */
#define TINY_ARENA_BYTES 255

/* input value 0: 6 x 7 x 3, height x width x channels; value = (code - zero point) * scale */
#define TINY_INPUT0_SIZE 126
#define TINY_INPUT0_SCALE 0.5
#define TINY_INPUT0_ZERO_POINT 118

/* input value 2: 3 x 15; value = (code - zero point) * scale */
#define TINY_INPUT1_SIZE 45
#define TINY_INPUT1_SCALE 0.5
#define TINY_INPUT1_ZERO_POINT 27

/* output value 1: 10 x 3 x 2, height x width x channels; value = (code - zero point) * scale */
#define TINY_OUTPUT0_SIZE 60
#define TINY_OUTPUT0_SCALE 0.5
#define TINY_OUTPUT0_ZERO_POINT 104

/* output value 3: 3 x 8; value = (code - zero point) * scale */
#define TINY_OUTPUT1_SIZE 24
#define TINY_OUTPUT1_SCALE 0.5
#define TINY_OUTPUT1_ZERO_POINT 71

/*
 * One inference. Reads _SIZE codes from each input and writes _SIZE codes to each output.
 * Returns 0, or -1 if a pointer is null. Uses static memory: not for two threads at once.
 */
int tiny_run(
    const uint8_t *input_value_0,
    const uint8_t *input_value_2,
    int8_t *output_value_1,
    int8_t *output_value_3);

#ifdef __cplusplus
}
#endif

#endif
