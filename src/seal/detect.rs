//! Tells a sealed file from an env file by its content.

/// Whether the content is a sealed file: SOPS dotenv, which ends with its metadata, or age.
pub fn is_sealed(bytes: &[u8]) -> bool {
    let age =
        bytes.starts_with(b"age-encryption.org/") || bytes.starts_with(b"-----BEGIN AGE ENCRYPTED FILE");
    age || bytes.rsplit(|&byte| byte == b'\n').take(100).any(|line| line.starts_with(b"sops_mac="))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_files_are_told_by_their_content() {
        assert!(is_sealed(b"A=ENC[x]\nsops_lastmodified=x\nsops_mac=ENC[y]\nsops_version=3.9.0\n"));
        assert!(is_sealed(b"-----BEGIN AGE ENCRYPTED FILE-----\n"));
        assert!(!is_sealed(b"A=1\n# sops_mac=\n"));
    }
}
