"""Small wrong changes to a C file: each a place, the text there, and another text.

Only bodies of functions are changed, never comments, literals, preprocessor lines, or
lines with PRM_NEVER, which are there for what cannot happen.
"""
import re
from collections import namedtuple

# `start` and `end` are offsets in the file.
Mutation = namedtuple("Mutation", "start end text kind")
Token = namedtuple("Token", "kind text start end")

_TOKEN = re.compile(r"""
      (?P<skip> /\*.*?\*/ | //[^\n]* | (?<![^\n])[ \t]*\#(?:\\\n|[^\n])* | \s+ )
    | (?P<literal> "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' )
    | (?P<number> (?:0[xX][0-9a-fA-F]+|[0-9]+)[uUlL]* )
    | (?P<name> [A-Za-z_]\w* )
    | (?P<operator> <<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%&|^~!<>=?:;,.(){}\[\]] )
    """, re.S | re.X)

# An operator, and what it may have been meant to be. Those of the second row only between spaces,
# since they are other things elsewhere.
_ALWAYS = {"<=": "<", ">=": ">", "==": "!=", "!=": "==", "&&": "||", "||": "&&", "++": "--", "--": "++",
           "+=": "-=", "-=": "+=", "*=": "/=", "/=": "*=", "%=": "/=", "|=": "&=", "&=": "|="}
_BETWEEN = {"<": "<=", ">": ">=", "+": "-", "-": "+", "*": "/", "/": "*", "%": "/", "<<": ">>", ">>": "<<",
            "&": "|", "|": "&"}
_NAMES = {"true": "false", "false": "true", "INT64_MAX": "INT64_MIN", "INT64_MIN": "INT64_MAX",
          "PRM_GRANT": "PRM_REVERSE", "PRM_REVERSE": "PRM_GRANT", "PRM_ROUND_DOWN": "PRM_ROUND_UP",
          "PRM_ROUND_HALF_EVEN": "PRM_ROUND_HALF_UP"}
_KEYWORDS = {"if", "else", "for", "while", "do", "switch", "case", "default", "return", "goto", "sizeof", "const",
             "static", "struct", "union", "enum", "typedef", "extern", "inline"}


def tokens_of(text):
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if not match:
            raise ValueError("cannot read C at offset %d: %r" % (at, text[at:at + 20]))
        if match.lastgroup != "skip":
            found.append(Token(match.lastgroup, match.group(), match.start(), match.end()))
        at = match.end()
    return found


def bodies(tokens):
    """(first, last) places of the tokens between the braces of each function."""
    depth, start = 0, None
    for place, token in enumerate(tokens):
        if token.text == "{":
            if depth == 0 and place and tokens[place - 1].text == ")":
                start = place + 1
            depth += 1
        elif token.text == "}":
            depth -= 1
            if depth == 0 and start is not None:
                yield start, place
                start = None


def closing(tokens, place):
    """The place of the bracket that closes the one at `place`."""
    depth = 0
    for at in range(place, len(tokens)):
        depth += tokens[at].text in "([{"
        depth -= tokens[at].text in ")]}"
        if depth == 0:
            return at
    raise ValueError("a bracket without its end")


def _number(token):
    digits = token.text.rstrip("uUlL")
    suffix = token.text[len(digits):]
    value = int(digits, 0)
    yield "%d%s" % (value + 1, suffix)
    if value > 0:
        yield "%d%s" % (value - 1, suffix)


def _operator(text, token):
    between = text[token.start - 1].isspace() and text[token.end].isspace()
    if token.text in _ALWAYS:
        yield _ALWAYS[token.text]
    elif token.text in _BETWEEN and between:
        yield _BETWEEN[token.text]
    elif token.text == "!":
        yield ""


def _conditions(tokens, place):
    """Negates what stands in the brackets of an `if` or `while`."""
    if tokens[place].text in ("if", "while") and tokens[place + 1].text == "(":
        end = closing(tokens, place + 1)
        return tokens[place + 1].end, tokens[end].start
    return None


def _begins_statement(tokens, place):
    before = tokens[place - 1].text
    if before in (";", "{", "}", "else"):
        return True
    if before == ":":
        return any(token.text in ("case", "default") for token in tokens[max(0, place - 4):place - 1])
    if before != ")":
        return False
    depth, at = 0, place - 1
    while True:
        depth += tokens[at].text == ")"
        depth -= tokens[at].text == "("
        if depth == 0:
            return tokens[at - 1].text in ("if", "for", "while")
        at -= 1


def _is_declaration(tokens, place):
    if tokens[place].kind != "name":
        return False
    return tokens[place + 1].kind == "name" or (tokens[place + 1].text == "*" and tokens[place + 2].kind == "name")


def _statement(tokens, place, end):
    """The last place of the statement without declaration that begins here, or None."""
    token = tokens[place]
    if token.text in _KEYWORDS or (token.kind != "name" and token.text not in ("*", "++", "--")):
        return None
    if not _begins_statement(tokens, place) or _is_declaration(tokens, place):
        return None
    depth = 0
    for at in range(place, end):
        depth += tokens[at].text in "([{"
        depth -= tokens[at].text in ")]}"
        if depth == 0 and tokens[at].text == ";":
            return at
    return None


def _keeping_lines(text):
    return ";" + "\n" * text.count("\n")


def mutations_of(text):
    """All of them, in the order of the file."""
    tokens, found = tokens_of(text), []
    for first, last in bodies(tokens):
        depth = 0  # of round brackets
        for place in range(first, last):
            token = tokens[place]
            depth += (token.text == "(") - (token.text == ")")
            kind, others = None, ()
            if token.kind == "number":
                kind, others = "constant", _number(token)
            elif token.kind == "operator":
                kind, others = "operator", _operator(text, token)
            elif token.text in _NAMES:
                kind, others = "constant", (_NAMES[token.text],)
            found += [Mutation(token.start, token.end, other, kind) for other in others]
            inside = _conditions(tokens, place)
            if inside:
                found.append(Mutation(*inside, "!(%s)" % text[inside[0]:inside[1]], "condition"))
            end = _statement(tokens, place, last) if depth == 0 else None
            if end is not None:
                whole = text[token.start:tokens[end].end]
                found.append(Mutation(token.start, tokens[end].end, _keeping_lines(whole), "statement"))
    return [one for one in sorted(found) if "PRM_NEVER" not in line_of(text, one.start)]


def apply(text, mutation):
    return text[:mutation.start] + mutation.text + text[mutation.end:]


def line_of(text, offset):
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    return text[start:end if end >= 0 else len(text)]


def number_of(text, offset):
    return text.count("\n", 0, offset) + 1


def squeezed(text):
    return " ".join(text.split())


def change(text, mutation):
    """Before and after, as the lines that the mutation touches."""
    start = text.rfind("\n", 0, mutation.start) + 1
    end = text.find("\n", mutation.end)
    return (squeezed(text[start:end]),
            squeezed(text[start:mutation.start] + mutation.text + text[mutation.end:end]))
