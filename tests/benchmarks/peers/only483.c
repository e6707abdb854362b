/* Online back-propagation for 4-8-3 alone: every size is known to the compiler, and the weights are laid
   out so that the loops over the hidden neurons become vector instructions.
   Numbers in parentheses are those of the derivation. */

#include <math.h>
#include <stddef.h>
#include <string.h>

enum { D = 4, Q = 8, L = 3 };

static double sigmoid(double z) { return 1.0 / (1.0 + exp(-z)); }

/* w: the weights into the hidden layer (Q rows of D), its biases, those into the output layer (L rows of
   Q), its biases. x: rows of D, y: rows of L, learned from in their order. */
void train(double *w, const double *x, const double *y, size_t rows, double rate)
{
    double v[D][Q], gamma[Q], u[L][Q], theta[L];
    double *const gammas = w + Q * D, *const us = gammas + Q, *const thetas = us + L * Q;
    for (int h = 0; h < Q; h++)
        for (int i = 0; i < D; i++) v[i][h] = w[h * D + i];
    memcpy(gamma, gammas, sizeof gamma);
    memcpy(u, us, sizeof u);
    memcpy(theta, thetas, sizeof theta);

    for (size_t row = 0; row < rows; row++, x += D, y += L) {
        double b[Q], delta[L], back[Q] = {0};
        memcpy(b, gamma, sizeof b);
        for (int i = 0; i < D; i++) /* (13) */
            for (int h = 0; h < Q; h++) b[h] += v[i][h] * x[i];
        for (int h = 0; h < Q; h++) b[h] = sigmoid(b[h]); /* (14) */
        for (int j = 0; j < L; j++) { /* (3), (2), (25) */
            double z = theta[j];
            for (int h = 0; h < Q; h++) z += u[j][h] * b[h];
            double out = sigmoid(z);
            delta[j] = (out - y[j]) * out * (1.0 - out);
        }
        for (int j = 0; j < L; j++) { /* the bracket of (20) with the old weights; (10), (11) */
            double step = rate * delta[j];
            for (int h = 0; h < Q; h++) {
                back[h] += delta[j] * u[j][h];
                u[j][h] -= step * b[h];
            }
            theta[j] -= step;
        }
        for (int h = 0; h < Q; h++) { /* (20) */
            back[h] *= rate * b[h] * (1.0 - b[h]);
            gamma[h] -= back[h];
        }
        for (int i = 0; i < D; i++)
            for (int h = 0; h < Q; h++) v[i][h] -= back[h] * x[i];
    }

    for (int h = 0; h < Q; h++)
        for (int i = 0; i < D; i++) w[h * D + i] = v[i][h];
    memcpy(gammas, gamma, sizeof gamma);
    memcpy(us, u, sizeof u);
    memcpy(thetas, theta, sizeof theta);
}
