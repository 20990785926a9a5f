"""How does a push leave the house? A module per channel, behind `alerts.push.PushChannel`."""
