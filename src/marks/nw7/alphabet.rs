//! The twenty characters of NW-7 and their bars.

/// Characters and their patterns: bar, space, bar, space, bar, space, bar from
/// the highest bit; 1 is wide (JIS X 0506, table 1).
pub(super) const PATTERNS: [(char, u8); 20] = [
    ('0', 0b0000011),
    ('1', 0b0000110),
    ('2', 0b0001001),
    ('3', 0b1100000),
    ('4', 0b0010010),
    ('5', 0b1000010),
    ('6', 0b0100001),
    ('7', 0b0100100),
    ('8', 0b0110000),
    ('9', 0b1001000),
    ('-', 0b0001100),
    ('$', 0b0011000),
    (':', 0b1000101),
    ('/', 0b1010001),
    ('.', 0b1010100),
    ('+', 0b0010101),
    ('A', 0b0011010),
    ('B', 0b0101001),
    ('C', 0b0001011),
    ('D', 0b0001110),
];

/// Elements of a character: four bars and the three spaces between them.
pub(super) const ELEMENTS: usize = 7;

/// Elements of a character with the gap that follows it.
pub(super) const PERIOD: usize = ELEMENTS + 1;

/// Whether the character starts and stops symbols.
pub(super) fn is_guard(character: char) -> bool {
    matches!(character, 'A'..='D')
}

/// The character of a pattern.
pub(super) fn character_of(pattern: u8) -> Option<char> {
    (PATTERNS.iter())
        .find(|(_, p)| *p == pattern)
        .map(|(character, _)| *character)
}
