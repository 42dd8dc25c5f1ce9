/// A big-endian magnitude in decimal. Serial numbers have up to 20 bytes, which no integer type holds.
pub(super) fn from_magnitude(bytes: &[u8]) -> String {
    // Least significant digit first.
    let mut digits = vec![0u8];
    for &byte in bytes {
        let mut carry = u16::from(byte);
        for digit in &mut digits {
            let value = u16::from(*digit) * 256 + carry;
            *digit = (value % 10) as u8;
            carry = value / 10;
        }
        while carry > 0 {
            digits.push((carry % 10) as u8);
            carry /= 10;
        }
    }
    digits.iter().rev().map(|digit| char::from(b'0' + digit)).collect()
}
