//! Files to images and back: formats, profiles, orientation, atomic writes. Knows no plan and no op.
