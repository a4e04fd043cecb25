import RecordSchema

extension Rule {
  public static let urlWithPassword = Rule(
    "W010", "password-in-url",
    explanation: "The address holds a user name or a password. In git everybody who may read the records could use it.",
    example: .webhook(
      "url: «https://staff:hunter2@cards.example.org/hook»", right: "url: https://cards.example.org/hook"),
    help: "Change the password, since it has been seen, and remove it here; the signature proves who sends.")
}
