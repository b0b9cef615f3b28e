/** The normal distribution, also far out in its tails. */

/** Complementary error function, relative error below 1.2e-7 everywhere (Press et al., Numerical Recipes, 6.2.2: erfcc). */
export function erfc(x: number): number {
  const z = Math.abs(x);
  const t = 2 / (2 + z);
  const value =
    t *
    Math.exp(
      -z * z -
        1.26551223 +
        t *
          (1.00002368 +
            t *
              (0.37409196 +
                t *
                  (0.09678418 +
                    t *
                      (-0.18628806 +
                        t *
                          (0.27886807 + t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277)))))))),
    );
  return x >= 0 ? value : 2 - value;
}

/** The standard normal's mass between a and b, exact also where both lie far out on one side. At least 1e-300. */
export function normalMass(a: number, b: number): number {
  // On the side where the tail is small, so that nothing cancels.
  const mass =
    a > 0 ? erfc(a * Math.SQRT1_2) - erfc(b * Math.SQRT1_2) : erfc(-b * Math.SQRT1_2) - erfc(-a * Math.SQRT1_2);
  return Math.max(mass / 2, 1e-300);
}

export const LOG_SQRT_2PI = 0.5 * Math.log(2 * Math.PI);

const logDensity = (z: number) => -0.5 * z * z - LOG_SQRT_2PI;

/**
 * log(φ(z) + z Φ(z)): the logarithm of expected improvement for a standardised improvement z, where the plain formula is 0
 * (Ament et al., "Unexpected Improvements to Expected Improvement for Bayesian Optimization", 2023).
 */
export function logExpectedImprovement(z: number): number {
  if (z > -5) return Math.log(Math.exp(logDensity(z)) + (z * erfc(-z * Math.SQRT1_2)) / 2);
  // φ(z)/z² · (1 - 3/z² + 15/z⁴ - 105/z⁶ + 945/z⁸): the tail's series, 5e-4 at -5.
  const w = 1 / (z * z);
  return logDensity(z) + Math.log(w * (1 - w * (3 - w * (15 - w * (105 - w * 945)))));
}

/** d/dz of that: Φ(z) / (φ(z) + z Φ(z)). */
export function logExpectedImprovementSlope(z: number): number {
  return Math.exp(Math.log(normalMass(-Infinity, z)) - logExpectedImprovement(z));
}

/** The standard normal's quantile, |error| below 1e-5. */
export function normalQuantile(p: number): number {
  if (p <= 0) return -Infinity;
  if (p >= 1) return Infinity;
  if (p > 0.5) return -normalQuantile(1 - p);
  // Abramowitz and Stegun 26.2.23, good to 4.5e-4; Newton on the distribution squares that.
  const t = Math.sqrt(-2 * Math.log(p));
  let z = -(t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))));
  for (let i = 0; i < 2; i++) z -= (erfc(-z * Math.SQRT1_2) / 2 - p) / Math.exp(logDensity(z));
  return z;
}
