//! Stories of a district: what people do at stations that are mostly without a road, told on a simulated world.
