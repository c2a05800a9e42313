-- Why a water source cannot be used now; NULL while it can. An import leaves it as it is.
ALTER TABLE premises.water ADD COLUMN out_of_order text;
