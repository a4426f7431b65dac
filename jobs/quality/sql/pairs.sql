-- faults of scored pairs
-- needs: links, profiles
WITH faults AS (
  SELECT *, profile_l = profile_r AS self_pair, profile_l > profile_r AS misordered,
         grade = 'auto' AND veto IS NOT NULL AS vetoed_auto,
         profile_l NOT IN (SELECT profile_id FROM profiles) OR profile_r NOT IN (SELECT profile_id FROM profiles) AS unknown_profile
  FROM links)
SELECT count(*) FILTER (self_pair) AS self_pairs, count(*) FILTER (misordered) AS misordered,
       count(*) - count(DISTINCT (profile_l, profile_r)) AS repeated, count(*) FILTER (unknown_profile) AS unknown_profile,
       count(*) FILTER (vetoed_auto) AS vetoed_auto, count(DISTINCT model_version) AS model_versions,
       array_to_string(min(profile_l || '/' || profile_r, 5)
                       FILTER (self_pair OR misordered OR unknown_profile OR vetoed_auto), ' ') AS examples
FROM faults
