//! The last contents that were read, so that a history of one line reads each content once.

use std::rc::Rc;

use crate::git::{Blob, Error, Objects};

/// Contents, read and parsed by `parse`.
pub(super) struct Kept<T, P: Fn(Vec<u8>) -> T> {
    parse: P,
    /// The last two: what a commit has, and what its parent has.
    last: [Option<(Blob, Option<Rc<T>>)>; 2],
}

impl<T: Default, P: Fn(Vec<u8>) -> T> Kept<T, P> {
    pub(super) fn new(parse: P) -> Self {
        Self { parse, last: [None, None] }
    }

    /// The content of a blob, of no blob an empty one; `None` if this clone lacks it.
    pub(super) fn read(
        &mut self,
        blob: Option<&Blob>,
        objects: &mut Objects,
    ) -> Result<Option<Rc<T>>, Error> {
        let Some(blob) = blob else { return Ok(Some(Rc::default())) };
        if let Some((_, content)) = self.last.iter().flatten().find(|(kept, _)| kept == blob) {
            return Ok(content.clone());
        }
        let content = objects.read(blob)?.map(|bytes| Rc::new((self.parse)(bytes)));
        self.last.swap(0, 1);
        self.last[0] = Some((blob.clone(), content.clone()));
        Ok(content)
    }
}
