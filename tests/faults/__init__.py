"""What may go wrong while a wave goes out? Each test ends with one final outcome for every device.

Nothing is mocked: a database, the real dispatcher and FCM channel, FCM's protocol over TLS.
"""
