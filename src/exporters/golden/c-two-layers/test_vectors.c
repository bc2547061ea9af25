#include "test_vectors.h"

#include "model.h"

static uint8_t memory_input_value_0[126];
static uint8_t memory_input_value_2[45];
static int8_t memory_output_value_1[60];
static int8_t memory_output_value_3[24];

const int32_t nn_test_vectors = 1;
const int32_t nn_test_inputs = 2;
const int32_t nn_test_outputs = 2;
const nn_test_port nn_test_input[] = {
    {"value 0", NN_UINT8, 126, memory_input_value_0},
    {"value 2", NN_UINT8, 45, memory_input_value_2},
};
const nn_test_port nn_test_output[] = {
    {"value 1", NN_INT8, 60, memory_output_value_1},
    {"value 3", NN_INT8, 24, memory_output_value_3},
};

int nn_test_run(void) {
    return tiny_run(memory_input_value_0, memory_input_value_2, memory_output_value_1, memory_output_value_3);
}

const char *const nn_test_data[] = {
    "UTU1SnY22NBj+jCAJNLs6OEh21Zb6/8U4lO9c97YRqNlmHtp8ET36Sxr3cAWqRvHPd3nKWVjBj4BTRU09Dk8vhDY0307Sk5dwK9WSiz3XeDn1V00"
    "+85MvBYwyFi5gYqGdzJInswwE+0jDeWi6rzGbN4cyC7pNZOZJKPfIcWf+hx7zVkMzJ/KIxaG3I4st5UiZ8abULlJbKpoJ9cNtbUmnbVQEB7vUKzB"
    "nIkmfxV/FX8VfxV/FX8Vf05/gH+Af4DGf3/bf4B/f2oaB38Jf3+Af7VhDCV/f9p/f3+AfxV/FX8VfxV/FX8VR0d/R39Hf39HR39Hf39HR0dHf0d/"
    "f0dH",
};
