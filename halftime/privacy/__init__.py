"""What a data-protection officer needs: whom a person is, what is held about them, erasing it."""
