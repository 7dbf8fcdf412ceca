//! ONNX files made by hand: just enough of protocol buffers and of `onnx.proto` for the tests' graphs.

/// A protocol-buffers message, field by field.
#[derive(Clone, Default)]
pub struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    pub fn number(mut self, field: u64, value: u64) -> Self {
        self.varint(field << 3);
        self.varint(value);
        self
    }

    pub fn bytes(mut self, field: u64, bytes: &[u8]) -> Self {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend(bytes);
        self
    }

    pub fn text(self, field: u64, text: &str) -> Self {
        self.bytes(field, text.as_bytes())
    }

    pub fn message(self, field: u64, inner: &Self) -> Self {
        self.bytes(field, &inner.0)
    }

    pub fn each(self, field: u64, inner: &[Self]) -> Self {
        inner.iter().fold(self, |message, i| message.message(field, i))
    }
}

const FLOAT: u64 = 1;

/// A value of the graph: its name and shape, of floats.
pub fn value(name: &str, shape: &[u64]) -> Message {
    let dims: Vec<Message> = shape.iter().map(|n| Message::default().number(1, *n)).collect();
    let tensor = Message::default().number(1, FLOAT).message(2, &Message::default().each(1, &dims));
    Message::default().text(1, name).message(2, &Message::default().message(1, &tensor))
}

/// A constant.
pub fn constant(name: &str, shape: &[u64], values: &[f32]) -> Message {
    let raw: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    let dims = shape.iter().fold(Message::default(), |message, n| message.number(1, *n));
    dims.number(2, FLOAT).text(8, name).bytes(9, &raw)
}

/// An operator.
pub fn node(operator: &str, inputs: &[&str], output: &str, attributes: &[Message]) -> Message {
    let named = inputs.iter().fold(Message::default(), |message, input| message.text(1, input));
    let name = format!("the {operator}");
    named.text(2, output).text(3, &name).text(4, operator).each(5, attributes)
}

/// An attribute of whole numbers.
pub fn ints(name: &str, values: &[u64]) -> Message {
    const INTS: u64 = 7;
    values.iter().fold(Message::default().text(1, name), |m, v| m.number(8, *v)).number(20, INTS)
}

/// An attribute that is a graph.
pub fn inner(name: &str, graph: &Message) -> Message {
    const GRAPH: u64 = 5;
    Message::default().text(1, name).message(6, graph).number(20, GRAPH)
}

/// A graph of nodes and constants, from one input to its outputs.
pub fn graph(nodes: &[Message], constants: &[Message], input: &Message, outputs: &[Message]) -> Message {
    let named = Message::default().each(1, nodes).text(2, "test").each(5, constants);
    named.message(11, input).each(12, outputs)
}

/// The file.
pub fn file(graph: &Message) -> Vec<u8> {
    let opset = Message::default().text(1, "").number(2, 13);
    Message::default().number(1, 8).message(7, graph).message(8, &opset).0
}
