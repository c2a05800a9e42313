"""What the responder's page is held to: its link, its data, its buttons, its picture on a phone."""
