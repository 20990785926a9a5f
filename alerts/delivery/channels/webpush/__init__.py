"""How does a push reach a browser or a UnifiedPush app? RFC 8030, 8188, 8291 and 8292."""
