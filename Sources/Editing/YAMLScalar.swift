import RecordSchema

/// A text as one YAML scalar.
public enum YAMLScalar {
  /// In double quotes, whatever the text: JSON's strings are YAML's too.
  public static func quoted(_ text: String) -> String { JSON.string(text).text }
}
