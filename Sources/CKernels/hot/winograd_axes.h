// Winograd's algorithms along one axis. A two-dimensional transform applies them to the columns, then to the rows, for
// LANES channels at a time: with the matrices B, G and A of an algorithm, a tile of outputs is Aᵀ·[(G·g·Gᵀ) ⊙
// (Bᵀ·d·B)]·A, for the taps g and the tile d of inputs.

// ---- Stride 1: F(4, 3), four outputs from six inputs and three taps by six products ---------------------------------

// Bᵀ·d: six numbers to six.
INLINE void to_input(const vector *d, vector *o) {
  vector d0 = d[0], d1 = d[1], d2 = d[2], d3 = d[3], d4 = d[4], d5 = d[5];
  vector even = d4 - 4.0f * d2, odd = d3 - 4.0f * d1, far = d4 - d2, near = 2.0f * (d3 - d1);
  o[0] = 4.0f * d0 + (d4 - 5.0f * d2);
  o[1] = even + odd;
  o[2] = even - odd;
  o[3] = far + near;
  o[4] = far - near;
  o[5] = 4.0f * d1 + (d5 - 5.0f * d3);
}

// Aᵀ·m: six numbers to four.
INLINE void to_output(const vector *m, vector *o) {
  vector m1 = m[1], m2 = m[2], m3 = m[3], m4 = m[4];
  vector sum = m1 + m2, difference = m1 - m2, far_sum = m3 + m4, far_difference = m3 - m4;
  o[0] = m[0] + sum + far_sum;
  o[1] = difference + 2.0f * far_difference;
  o[2] = sum + 4.0f * far_sum;
  o[3] = difference + 8.0f * far_difference + m[5];
}

// A·y: four numbers to six.
INLINE void from_output(const vector *y, vector *o) {
  vector y0 = y[0], y1 = y[1], y2 = y[2], y3 = y[3];
  vector even = y0 + y2, odd = y1 + y3, far_even = y0 + 4.0f * y2, far_odd = 2.0f * y1 + 8.0f * y3;
  o[0] = y0;
  o[1] = even + odd;
  o[2] = even - odd;
  o[3] = far_even + far_odd;
  o[4] = far_even - far_odd;
  o[5] = y3;
}

// G·g: three numbers to six.
INLINE void to_weights(const vector *g, vector *o) {
  vector g0 = g[0], g1 = g[1], g2 = g[2];
  vector sum = (g0 + g2) * (-1.0f / 6), far = g0 * (1.0f / 24) + g2 * (1.0f / 6);
  o[0] = g0 * 0.25f;
  o[1] = sum - g1 * (1.0f / 6);
  o[2] = sum + g1 * (1.0f / 6);
  o[3] = far + g1 * (1.0f / 12);
  o[4] = far - g1 * (1.0f / 12);
  o[5] = g2;
}

// Gᵀ·m: six numbers to three.
INLINE void from_weights(const vector *m, vector *o) {
  vector sum = m[1] + m[2], difference = m[2] - m[1], far_sum = m[3] + m[4], far_difference = m[3] - m[4];
  o[0] = m[0] * 0.25f - sum * (1.0f / 6) + far_sum * (1.0f / 24);
  o[1] = difference * (1.0f / 6) + far_difference * (1.0f / 12);
  o[2] = (far_sum - sum) * (1.0f / 6) + m[5];
}

// ---- Stride 2: F(4, 2) over the even pixels, and the odd ones as they are -------------------------------------------

// y[i] = g0·d[2i] + g2·d[2i + 2] + g1·d[2i + 1]: for four outputs, two taps over five even pixels, which takes five
// products at the points 0, 1, −1, 2 and ∞, and one tap over four odd pixels: nine products instead of twelve. Backward
// to the data, even and odd pixels of dx are computed from dy in the same way, with g0 and g2 exchanged.

// Bᵀ·e of F(4, 2): five numbers to five.
INLINE void to_even(vector e0, vector e1, vector e2, vector e3, vector e4, vector *o) {
  vector rise = e3 - e1;
  o[0] = 2.0f * (e0 - e2) + rise;
  o[1] = e3 - e2 - 2.0f * e1;
  o[2] = e3 - 3.0f * e2 + 2.0f * e1;
  o[3] = rise;
  o[4] = (e4 - e2) - 2.0f * rise;
}

// Aᵀ·m of F(4, 2): five numbers to four.
INLINE void from_even(const vector *m, vector *o) {
  vector sum = m[1] + m[2], difference = m[1] - m[2];
  o[0] = m[0] + sum + m[3];
  o[1] = difference + 2.0f * m[3];
  o[2] = sum + 4.0f * m[3];
  o[3] = difference + 8.0f * m[3] + m[4];
}

// Nine pixels to nine numbers.
INLINE void to_strided_input(const vector *d, vector *o) {
  to_even(d[0], d[2], d[4], d[6], d[8], o);
  UNROLL for (int i = 0; i < 4; i++) o[5 + i] = d[2 * i + 1];
}

// Nine numbers to four pixels.
INLINE void to_strided_output(const vector *m, vector *o) {
  from_even(m, o);
  UNROLL for (int i = 0; i < 4; i++) o[i] += m[5 + i];
}

// Five pixels of dy to nine numbers, for dx.
INLINE void to_strided_data_input(const vector *y, vector *o) {
  to_even(y[0], y[1], y[2], y[3], y[4], o);
  UNROLL for (int i = 0; i < 4; i++) o[5 + i] = y[i];
}

// Nine numbers to eight pixels of dx, the first of which meets the middle tap.
INLINE void to_strided_data_output(const vector *m, vector *o) {
  vector even[4];
  from_even(m, even);
  UNROLL for (int i = 0; i < 4; i++) o[2 * i] = m[5 + i], o[2 * i + 1] = even[i];
}

// Four pixels of dy to nine numbers, for dw: the transpose of to_strided_output.
INLINE void from_strided_output(const vector *y, vector *o) {
  vector even = y[0] + y[2], odd = y[1] + y[3];
  o[0] = y[0];
  o[1] = even + odd;
  o[2] = even - odd;
  o[3] = (y[0] + 4.0f * y[2]) + (2.0f * y[1] + 8.0f * y[3]);
  o[4] = y[3];
  UNROLL for (int i = 0; i < 4; i++) o[5 + i] = y[i];
}

// Three taps to six numbers: five for the even pixels and one for all odd pixels.
INLINE void to_strided_weights(const vector *g, vector *o) {
  vector g0 = g[0], g2 = g[2];
  o[0] = g0 * 0.5f;
  o[1] = (g0 + g2) * -0.5f;
  o[2] = (g2 - g0) * (1.0f / 6);
  o[3] = g0 * (1.0f / 6) + g2 * (1.0f / 3);
  o[4] = g2;
  o[5] = g[1];
}

// Six numbers to three taps: the transpose of to_strided_weights.
INLINE void from_strided_weights(const vector *m, vector *o) {
  o[0] = (m[0] - m[1]) * 0.5f + (m[3] - m[2]) * (1.0f / 6);
  o[1] = m[5];
  o[2] = (m[2] * (1.0f / 6) - m[1] * 0.5f) + m[3] * (1.0f / 3) + m[4];
}
