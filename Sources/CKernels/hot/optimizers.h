// One optimizer step over a range of parameters. A frozen parameter (mask 0) keeps its value; its moments become 0.

INLINE void sgd_lanes(vector *parameter, vector gradient, vector *velocity, const sgd_setting *s) {
  vector g = gradient + *parameter * s->weight_decay;
  vector v = *velocity * s->momentum + g;
  vector step = s->nesterov ? g + v * s->momentum : v;
  *velocity = v;
  *parameter = *parameter - step * s->learning_rate;
}

static void sgd(int64_t count, float *parameter, const float *gradient, float *velocity, const float *mask,
                const sgd_setting *s) {
  for (int64_t i = 0; i < count; i += LANES) {
    int64_t lanes = count - i < LANES ? count - i : LANES;
    int whole = lanes == LANES;
    vector p = whole ? load(parameter + i) : load_partial(parameter + i, lanes, 0), old = p;
    vector g = whole ? load(gradient + i) : load_partial(gradient + i, lanes, 0);
    vector v = zero();
    if (velocity) v = whole ? load(velocity + i) : load_partial(velocity + i, lanes, 0);
    sgd_lanes(&p, g, &v, s);
    if (mask) {
      integers frozen = (whole ? load(mask + i) : load_partial(mask + i, lanes, 0)) == zero();
      p = select(frozen, old, p);
      v = select(frozen, zero(), v);
    }
    if (whole) {
      store(parameter + i, p);
      if (velocity) store(velocity + i, v);
    } else {
      store_partial(parameter + i, lanes, p);
      if (velocity) store_partial(velocity + i, lanes, v);
    }
  }
}

INLINE void adam_lanes(vector *parameter, vector gradient, vector *first, vector *second, const adam_setting *s) {
  vector g = gradient + *parameter * s->gradient_decay;
  vector m = *first * s->beta1 + g * (1 - s->beta1);
  vector v = *second * s->beta2 + g * g * (1 - s->beta2);
  *first = m;
  *second = v;
  *parameter = *parameter * s->keep - m * s->step / (square_root(v) * s->inverse_correction + s->epsilon);
}

static void adam(int64_t count, float *parameter, const float *gradient, float *first, float *second,
                 const float *mask, const adam_setting *s) {
  for (int64_t i = 0; i < count; i += LANES) {
    int64_t lanes = count - i < LANES ? count - i : LANES;
    int whole = lanes == LANES;
    vector p = whole ? load(parameter + i) : load_partial(parameter + i, lanes, 0), old = p;
    vector g = whole ? load(gradient + i) : load_partial(gradient + i, lanes, 0);
    vector m = whole ? load(first + i) : load_partial(first + i, lanes, 0);
    vector v = whole ? load(second + i) : load_partial(second + i, lanes, 0);
    adam_lanes(&p, g, &m, &v, s);
    if (mask) {
      integers frozen = (whole ? load(mask + i) : load_partial(mask + i, lanes, 0)) == zero();
      p = select(frozen, old, p);
      m = select(frozen, zero(), m);
      v = select(frozen, zero(), v);
    }
    if (whole) {
      store(parameter + i, p), store(first + i, m), store(second + i, v);
    } else {
      store_partial(parameter + i, lanes, p), store_partial(first + i, lanes, m), store_partial(second + i, lanes, v);
    }
  }
}
