-- Where a merged account went in the end: an account that was merged into one which was merged
-- itself has the last of the chain as its survivor (up to four links; accounts merged in a ring
-- survive in none, and are left out). A chain is followed only as far as the accounts are there.
with

links as (
    select m.*
    from {{ ref('int_account_merge_conformed') }} as m
    inner join {{ ref('int_account_conformed') }} as a
        on m.surviving_account_id = a.account_id
),

final as (
    select
        a.source_system,
        a.merged_account_id,
        a.merged_alias,
        coalesce(
            d.surviving_account_id,
            c.surviving_account_id,
            b.surviving_account_id,
            a.surviving_account_id
        ) as account_id
    from links as a
    left join links as b
        on a.surviving_account_id = b.merged_account_id
    left join links as c
        on b.surviving_account_id = c.merged_account_id
    left join links as d
        on c.surviving_account_id = d.merged_account_id
    left join links as e
        on d.surviving_account_id = e.merged_account_id
    where e.merged_account_id is null
)

select * from final
