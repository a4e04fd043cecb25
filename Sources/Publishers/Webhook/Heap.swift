/// A queue that gives its smallest element first.
struct Heap<Element: Comparable> {
  private var elements: [Element] = []

  var first: Element? { elements.first }
  var count: Int { elements.count }

  mutating func insert(_ element: Element) {
    elements.append(element)
    var index = elements.count - 1
    while index > 0, elements[index] < elements[(index - 1) / 2] {
      elements.swapAt(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  mutating func removeFirst() {
    elements.swapAt(0, elements.count - 1)
    elements.removeLast()
    var index = 0
    while true {
      var least = 2 * index + 1
      if least + 1 < elements.count, elements[least + 1] < elements[least] { least += 1 }
      guard least < elements.count, elements[least] < elements[index] else { return }
      elements.swapAt(index, least)
      index = least
    }
  }
}
