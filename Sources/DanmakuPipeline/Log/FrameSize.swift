/// Estimated sizes of encoded frames.
///
/// The flush and a subscriber's lag are measured with these, because a frame is encoded only when a subscriber needs it.
package enum FrameSize {
    /// `id`, `event`, the object around the results.
    package static let envelope = 120

    /// A result's JSON object: its fields, the keys and the numbers; measured at 190…230 without the fields.
    package static func result(_ result: CommentResult) -> Int {
        210 + result.fields.all.count
    }
}
