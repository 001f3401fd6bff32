/* SPDX-License-Identifier: GPL-3.0-or-later */

/* PentActivation, in its order */
const int ACTIVATION_NONE = 0;
const int ACTIVATION_SILU = 1;
const int ACTIVATION_RELU = 2;
const int ACTIVATION_GELU = 3;
const int ACTIVATION_QUICK_GELU = 4;

/* Abramowitz and Stegun 7.1.26: within 1.5e-7 */
vec4
erf (vec4 x)
{
  vec4 a = abs (x);
  vec4 t = 1.0 / (1.0 + 0.3275911 * a);
  vec4 poly = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return sign (x) * (1.0 - poly * exp (-a * a));
}

vec4
gelu (vec4 x)
{
  return 0.5 * x * (1.0 + erf (x * 0.70710678));
}

vec4
activate (int activation, vec4 x)
{
  switch (activation)
    {
    case ACTIVATION_SILU:
      return x / (1.0 + exp (-x));
    case ACTIVATION_RELU:
      return max (x, 0.0);
    case ACTIVATION_GELU:
      return gelu (x);
    case ACTIVATION_QUICK_GELU:
      return x / (1.0 + exp (-1.702 * x));
    default:
      return x;
    }
}
