package import SentimentModel

/// Every hyper-parameter of training; the defaults made the model that ships.
package struct TrainingSettings: Sendable {
    /// The name that the model file carries.
    package var name: String = "danmaku"
    /// Which features a text has.
    package var space = FeatureSpace()
    /// How often every row is seen, at most.
    package var epochs = 5
    /// The first step size of AdaGrad; it falls to a twentieth of it along a straight line.
    package var learningRate: Float = 0.1
    /// How fast the extra weights of live comments learn, against those that all texts share.
    package var liveRate: Float = 1
    /// How strongly weights are drawn to zero with every use.
    package var decay: Float = 0.001
    /// The same for the extra weights of live comments.
    package var liveDecay: Float = 0.003
    /// How often every row is seen by the gate that tells live comments from other texts.
    package var gateEpochs = 2
    /// The share of a text's features that is left out at random each time it is seen.
    package var dropout: Float = 0.3
    /// Features seen in fewer rows are dropped before training.
    package var minimumCount = 2
    /// Lines of four features each in the table; the file has 64 bytes a line.
    package var lines = 131_072
    /// After this share of the epochs, features that will not fit into the table are dropped, and the others go on.
    ///
    /// The weights in the file are the mean of those at the ends of the epochs that follow.
    package var pruneAfter: Float = 0.4
    /// Rows of rare classes count more by the class's frequency to the power of minus this: 0 not, 0.5 square root.
    package var classBalance: Float = 0.4
    /// Rows of files without neutral rows say nothing about neutral.
    package var masksMissingNeutral = true
    /// How much emotion counts against polarity.
    package var emotionWeight: Float = 1
    /// Training stops when the dev files have not improved for so many epochs.
    package var patience = 3
    /// Moves each group's prior to where the dev files' macro-F1 is best, at most so far (in logits); 0 leaves it.
    package var priorShift: Float = 1
    /// Everything random comes from it.
    package var seed: UInt64 = 1
    /// Class names of data sets and what they are called here.
    package var labelNames: [String: String] = [:]
    /// Leaves out rows whose label is unknown, which otherwise are an error.
    package var skipsUnknownLabels = false

    /// The settings that made the model that ships.
    package init() {}
}
