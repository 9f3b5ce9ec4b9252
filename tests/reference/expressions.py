"""Expressions (LANGUAGE section 9): CEL's syntax over exact decimals.

Values are: Fraction (every number), str, bool, int (a time, milliseconds UTC)
and list. `parse` gives a tree of tuples; `evaluate` walks it. An error value
is the exception ExpressionError.
"""
import re
from fractions import Fraction

LIMIT = Fraction(10 ** 18)
UNIT = 10 ** 12


class ExpressionError(Exception):
    """An error value: it spreads, but never further than the expression."""


class ExpressionSyntax(Exception):
    """The text is no expression."""


# -- numbers ------------------------------------------------------------------

def round_fraction(number, mode):
    """A Fraction as a whole number: down, up, half_up or half_even."""
    sign = -1 if number < 0 else 1
    size = abs(number)
    whole = size.numerator // size.denominator
    rest = size - whole
    if mode == "up":
        whole += rest > 0
    elif mode == "half_up":
        whole += rest >= Fraction(1, 2)
    elif mode == "half_even":
        whole += rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2 == 1)
    elif mode != "down":
        raise ValueError("no such rounding: %r" % mode)
    return sign * whole


def to_decimal(number):
    """Rounded half-even to 12 fractional digits; 10^18 and beyond is an error."""
    return within_limit(Fraction(round_fraction(number * UNIT, "half_even"), UNIT))


def within_limit(number):
    if abs(number) >= LIMIT:
        raise ExpressionError("overflow")
    return number


def parse_number(text):
    """`12`, `-1.5`, `90%`: exactly."""
    match = re.fullmatch(r"([+-]?)(\d+(?:\.\d+)?|\.\d+)(%?)", text.strip())
    if not match:
        raise ValueError("not a number: %r" % text)
    number = Fraction(match[2]) / (100 if match[3] else 1)
    return -number if match[1] == "-" else number


# -- reading ------------------------------------------------------------------

TOKEN = re.compile(r"""
    (?P<space>[ \t\r\n]+)
  | (?P<number>(?:\d+(?:\.\d+)?|\.\d+)%?)
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
  | (?P<op>\|\||&&|==|!=|<=|>=|[<>+\-*/%!?:.,()\[\]])
""", re.VERBOSE)
ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
           "\\": "\\", "'": "'", '"': '"', "`": "`", "?": "?"}
FUNCTIONS = {"has": 1, "size": 1, "min": 2, "max": 2}
METHODS = ("startsWith", "endsWith", "contains")


def unescape(body):
    def one(match):
        code = match[1]
        if code[0] in "xXuU" and len(code) > 1:
            number = int(code[1:], 16)
        elif code.isdigit() and len(code) == 3:
            number = int(code, 8)
        elif code in ESCAPES:
            return ESCAPES[code]
        else:
            raise ExpressionSyntax("unknown escape \\%s" % code)
        if number > 0x10FFFF or 0xD800 <= number < 0xE000:
            raise ExpressionSyntax("no such character \\%s" % code)
        return chr(number)
    return re.sub(r"\\([xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2}|.)", one, body)


def tokens_of(text):
    tokens = []
    place = 0
    while place < len(text):
        match = TOKEN.match(text, place)
        if not match:
            raise ExpressionSyntax("cannot read %r" % text[place:])
        if match.lastgroup == "op" and match[0] == "%" and not text[place - 1:place].isspace():
            raise ExpressionSyntax("the remainder needs a space before it")
        if match.lastgroup != "space":
            tokens.append((match.lastgroup, match[0]))
        place = match.end()
    return tokens + [("end", "")]


class Parser:
    def __init__(self, text):
        self.tokens = tokens_of(text)
        self.place = 0

    def peek(self, *texts):
        kind, text = self.tokens[self.place]
        return text in texts and (kind == "op" or text == "in")

    def take(self):
        token = self.tokens[self.place]
        self.place += 1
        return token

    def expect(self, text):
        if not self.peek(text):
            raise ExpressionSyntax("expected %r before %r" % (text, self.tokens[self.place][1]))
        self.take()

    def conditional(self):
        condition = self.binary(0)
        if not self.peek("?"):
            return condition
        self.take()
        then = self.binary(0)
        self.expect(":")
        return ("?", condition, then, self.conditional())

    LEVELS = [("||",), ("&&",), ("==", "!=", "<", "<=", ">", ">=", "in"), ("+", "-"), ("*", "/", "%")]

    def binary(self, level):
        if level == len(self.LEVELS):
            return self.unary()
        left = self.binary(level + 1)
        while self.peek(*self.LEVELS[level]):
            operator = self.take()[1]
            left = (operator, left, self.binary(level + 1))
        return left

    def unary(self):
        if self.peek("!", "-"):
            operator = self.take()[1]
            return ("not" if operator == "!" else "negative", self.unary())
        return self.member()

    def member(self):
        node = self.primary()
        while self.peek("."):
            self.take()
            kind, name = self.take()
            if kind != "name":
                raise ExpressionSyntax("expected a name after '.'")
            if self.peek("("):
                if name not in METHODS:
                    raise ExpressionSyntax("unknown method %s" % name)
                node = (name, node, *self.arguments(1))
            elif node[0] == "name" and "." not in node[1]:
                node = ("name", node[1] + "." + name)
            else:
                raise ExpressionSyntax("cannot take .%s of that" % name)
        return node

    def arguments(self, count):
        self.expect("(")
        items = self.items(")")
        if len(items) != count:
            raise ExpressionSyntax("expected %d argument(s)" % count)
        return items

    def items(self, end):
        items = []
        while not self.peek(end):
            items.append(self.conditional())
            if not self.peek(","):
                break
            self.take()
        self.expect(end)
        return items

    def primary(self):
        kind, text = self.take()
        if kind == "number":
            return ("constant", parse_number(text))
        if kind == "text":
            return ("constant", unescape(text[1:-1]))
        if kind == "name" and text in ("true", "false"):
            return ("constant", text == "true")
        if kind == "name" and text in FUNCTIONS and self.peek("("):
            return (text, *self.arguments(FUNCTIONS[text]))
        if kind == "name" and text != "in":
            return ("name", text)
        if (kind, text) == ("op", "("):
            node = self.conditional()
            self.expect(")")
            return node
        if (kind, text) == ("op", "["):
            return ("list", *self.items("]"))
        raise ExpressionSyntax("unexpected %r" % text)


def parse(text):
    parser = Parser(text)
    tree = parser.conditional()
    if parser.tokens[parser.place][0] != "end":
        raise ExpressionSyntax("unexpected %r" % parser.tokens[parser.place][1])
    return tree


# -- evaluating ---------------------------------------------------------------

def kind_of(value):
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, Fraction):
        return "number"
    if isinstance(value, str):
        return "text"
    return "list" if isinstance(value, list) else "time"


def need(value, kind):
    if kind_of(value) != kind:
        raise ExpressionError("%s expected" % kind)
    return value


def evaluate(tree, names):
    """The value of a tree; `names` maps a name ("amount", "partner.segment")
    to its value, without those that are missing."""
    operator = tree[0]
    if operator == "constant":
        return tree[1]
    if operator == "name":
        if tree[1] not in names:
            raise ExpressionError("%s is missing" % tree[1])
        return names[tree[1]]
    if operator == "has":
        return tree[1][0] == "name" and tree[1][1] in names
    if operator == "||":
        return either(tree, names, True)
    if operator == "&&":
        return either(tree, names, False)
    if operator == "?":
        return evaluate(tree[2] if need(evaluate(tree[1], names), "boolean") else tree[3], names)
    if operator == "list":
        return [evaluate(item, names) for item in tree[1:]]
    return apply(operator, [evaluate(item, names) for item in tree[1:]])


def either(tree, names, decisive):
    """`true || error` is true and `false && error` is false, either way round."""
    failure = None
    for part in tree[1:]:
        try:
            if need(evaluate(part, names), "boolean") == decisive:
                return decisive
        except ExpressionError as error:
            failure = error
    if failure:
        raise failure
    return not decisive


def apply(operator, values):
    if operator == "not":
        return not need(values[0], "boolean")
    if operator == "negative":
        return -need(values[0], "number")
    if operator == "size":
        if kind_of(values[0]) not in ("text", "list"):
            raise ExpressionError("size of that")
        return Fraction(len(values[0]))
    left, right = values
    if operator == "in":
        return any(kind_of(left) == kind_of(item) and left == item for item in need(right, "list"))
    if operator in METHODS:
        need(left, "text"), need(right, "text")
        if operator == "contains":
            return right in left
        return left.startswith(right) if operator == "startsWith" else left.endswith(right)
    if kind_of(left) != kind_of(right):
        raise ExpressionError("%s and %s" % (kind_of(left), kind_of(right)))
    if operator == "==":
        return left == right
    if operator == "!=":
        return left != right
    if operator in ("<", "<=", ">", ">="):
        if isinstance(left, list):
            raise ExpressionError("lists have no order")
        return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator]
    return arithmetic(operator, need(left, "number"), need(right, "number"))


def arithmetic(operator, left, right):
    if operator == "min":
        return min(left, right)
    if operator == "max":
        return max(left, right)
    if operator == "+":
        return within_limit(left + right)
    if operator == "-":
        return within_limit(left - right)
    if operator == "*":
        return to_decimal(left * right)
    if right == 0:
        raise ExpressionError("division by zero")
    if operator == "/":
        return to_decimal(left / right)
    rest = abs(left) % abs(right)  # a remainder has the dividend's sign
    return -rest if left < 0 else rest


def holds(tree, names):
    """A filter: an expression that ends in an error is false."""
    try:
        return evaluate(tree, names) is True
    except ExpressionError:
        return False
