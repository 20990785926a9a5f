"""Why was this person told of this alert, or why not? Each condition of a push, in order.

`answer` puts together what its neighbours find: `conditions` (the alert), `ground` (where they
live), `person` (devices, cap, quiet hours), `planned` (was it looked at?) and `pushes` (what became
of them). The same rules as in `alerts.audience` and at send (DOMAIN rules 9 to 12), asked for one
person. Neighborhoods are named by their ids only: where somebody lives stays theirs (rule 19), and
even that is for whoever runs the machine, not for the desk.
"""

from alerts.desk.explain.answer import explain
from alerts.desk.explain.steps import PUSH, Explanation, Step

__all__ = ["PUSH", "Explanation", "Step", "explain"]
