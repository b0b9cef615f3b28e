-- Kept free for a change made beside this one: numbers have no gap.
SELECT 1;
