extension Duration {
    /// The duration in whole nanoseconds of the monotonic clock; at most 292 years.
    package var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
