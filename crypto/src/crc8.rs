/// The CRC-8 of KSeF numbers and reference numbers: polynomial 0x07, initial value 0x00, no reflection, no final
/// XOR (CRC-8/SMBUS). Source: PROTOCOL §10.1.
///
/// For a KSeF number the input is its first 32 characters, hyphens included; the result is printed as two
/// upper-case hexadecimal digits.
///
/// ```
/// assert_eq!(ksef_crypto::crc8(b"5265877635-20250826-0100001AF629"), 0xAF);
/// ```
pub fn crc8(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0u8, |crc, byte| {
        (0..8).fold(crc ^ byte, |crc, _| if crc & 0x80 == 0 { crc << 1 } else { (crc << 1) ^ 0x07 })
    })
}
