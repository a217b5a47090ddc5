#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A positive number to some power.
func power(_ base: Float, _ exponent: Float) -> Float {
    powf(base, exponent)
}

/// Between 0 and 1.
func logistic(_ value: Float) -> Float {
    1 / (1 + expf(-value))
}

/// The natural logarithm, no lower than that of a billionth.
func logarithm(_ value: Float) -> Float {
    logf(max(value, 1e-9))
}
