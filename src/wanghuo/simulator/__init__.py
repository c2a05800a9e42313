"""The Cixi twin: devices and phones that speak over real sockets."""
