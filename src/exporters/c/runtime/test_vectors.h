/* What test_vectors.c holds: recorded inputs, the outputs expected for them, and how to run the network on them. */
#ifndef NN_TEST_VECTORS_H
#define NN_TEST_VECTORS_H

#include "kernels.h"

typedef struct {
    const char *name;
    nn_type type;
    int32_t count;
    void *data;
} nn_test_port;

extern const int32_t nn_test_vectors;
extern const int32_t nn_test_inputs;
extern const int32_t nn_test_outputs;
extern const nn_test_port nn_test_input[];
extern const nn_test_port nn_test_output[];
/* Base64 of every vector one after another: its inputs, then its outputs; codes least significant byte first. */
extern const char *const nn_test_data[];
/* Runs the network from the input ports' data to the output ports' data. */
int nn_test_run(void);

#endif
