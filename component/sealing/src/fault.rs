/// Why something does not open, or cannot be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Not a whole file of this version, or its header asks for more work than is reasonable.
    Damaged(Part),
    /// Deriving the key takes more memory than there is, or there is more to seal than the cipher takes.
    Impossible,
    /// Made by a newer version.
    Newer,
    /// The passphrase is another one. Where the file does not hold a proof of it, the content may have been changed too.
    WrongPassphrase,
}

/// Where the damage is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// In what stands in front of the sealed bytes.
    Header,
    /// In the sealed bytes or in what they hold.
    Content,
    /// The end is missing.
    End,
}
