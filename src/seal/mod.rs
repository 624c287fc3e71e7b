//! The sealed file: SOPS dotenv with age recipients, or one age file; identities, recipients, the seal record
//! and the project key.
