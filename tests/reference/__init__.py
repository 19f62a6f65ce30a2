"""The CIN rules written a second time, slowly and by other hands, so that tests can hold the rule book against them."""
