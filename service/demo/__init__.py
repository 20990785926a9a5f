"""The demo: fictional cases, and stand-ins for the services that Porchlight talks to."""
