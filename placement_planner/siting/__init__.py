"""From need, places, journeys and costs to a plan with a proven bound."""
